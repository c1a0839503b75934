/* Exercice : client TCP qui ferme un seul sens de la connexion. */
#include <arpa/inet.h>  /* htons, inet_pton */
#include <errno.h>      /* errno, EINTR */
#include <netinet/in.h> /* struct sockaddr_in, IPPORT_USERRESERVED */
#include <signal.h>     /* signal, SIGPIPE */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h> /* socket, connect, shutdown */
#include <unistd.h>     /* read, write, close */

#define ADRESSE "127.0.0.1" /* du serveur, à modifier selon vos besoins */
#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_TAMPON 4096

/* Copie tout ce qui se lit sur le premier descripteur vers le second ; rend le nombre d'octets, ou -1. */
static long copier(int depuis, int vers)
{
    char tampon[LG_TAMPON];

    /* Étape 3 : lire un morceau ; 0 est la fin de fichier, -1 une erreur. */

    /* Étape 4 : écrire ce morceau, tout ce morceau, même si write() n'en prend qu'une partie. Des octets quelconques : pas de strlen. */

    /* Étape 5 : recommencer jusqu'à la fin de fichier, en additionnant. */

    fprintf(stderr, "copier(%d, %d) : à compléter (%zu octets à la fois)\n", depuis, vers, sizeof(tampon));
    return -1;
}

int main(void)
{
    int descripteurSocket = -1;

    /* Étape 1 : un serveur qui est parti ne doit pas tuer le programme en silence (SIGPIPE). */

    /* Étape 2 : créer un socket TCP/IPv4 et se connecter. */

    /* Étape 6 : copier l'entrée standard vers le serveur, puis dire que c'est tout, avec shutdown(). */

    /* Étape 7 : copier la réponse vers la sortie standard. */
    copier(STDIN_FILENO, descripteurSocket);

    /* Étape 8 : les deux nombres sur la sortie d'erreur, fermer, terminer avec EXIT_SUCCESS si tout s'est bien passé. */

    fprintf(stderr, "client_shutdown : à compléter (%s, port %d)\n", ADRESSE, PORT);
    return EXIT_FAILURE;
}
