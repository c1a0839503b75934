/* Exercice : client TCP. */
#include <arpa/inet.h>  /* htons, inet_pton */
#include <errno.h>      /* errno, EINTR */
#include <netinet/in.h> /* struct sockaddr_in, IPPORT_USERRESERVED */
#include <signal.h>     /* signal, SIGPIPE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADRESSE "127.0.0.1" /* du serveur, à modifier selon vos besoins */
#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256

int main(void)
{
    const char *messageEnvoi = "Hello world !\n";
    char messageRecu[LG_MESSAGE];

    /* Étape 1 : créer un socket TCP/IPv4 et se connecter, comme dans l'exercice précédent. */

    /* Étape 2 : envoyer les 14 octets de messageEnvoi (strlen), tous, et afficher leur nombre. */

    /* Étape 3 : lire dans messageRecu jusqu'à ce que le serveur ferme (0). Rien reçu du tout : le dire. */

    /* Étape 4 : afficher la réponse, par son nombre d'octets car elle n'a pas de '\0' final, et ce nombre. */

    /* Étape 5 : fermer le socket, terminer avec EXIT_SUCCESS si tout s'est bien passé. */

    /* Étape 6 : que se passe-t-il si un signal interrompt un appel ? si le serveur est parti avant l'envoi ? */

    fprintf(stderr, "client_tcp : à compléter (%s, port %d : %zu octets à envoyer, au plus %zu à recevoir)\n", ADRESSE, PORT,
            strlen(messageEnvoi), sizeof(messageRecu));
    return EXIT_FAILURE;
}
