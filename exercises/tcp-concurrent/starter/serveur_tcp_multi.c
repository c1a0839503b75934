/* Exercice : un serveur TCP pour plusieurs clients à la fois. */
#include <arpa/inet.h> /* htons, htonl */
#include <errno.h>
#include <netinet/in.h> /* struct sockaddr_in, IPPORT_USERRESERVED */
#include <signal.h>     /* sigaction, SIGCHLD, SIGPIPE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h> /* waitpid, WNOHANG */
#include <unistd.h>   /* fork, close */

#define PORT IPPORT_USERRESERVED /* 5000 */
#define LG_MESSAGE 256
#define LG_FILE 10 /* clients qui peuvent attendre d'être acceptés */

/* Étape 1 : socket, SO_REUSEADDR, bind, listen, comme dans serveur_tcp.c. Renvoie le socket d'écoute, ou -1. */
static int ouvrirSocketEcoute(void)
{
    return -1;
}

/*
 * Étape 2 : avec un client, recevoir un message, l'afficher avec son nombre d'octets, répondre "ok\n", afficher le nombre
 * d'octets envoyés. Un client qui coupe ou qui est parti ne doit pas mettre fin au serveur (MSG_NOSIGNAL).
 */
static void dialoguer(int socketDialogue)
{
    (void)socketDialogue;
}

/*
 * Étape 3 : quelqu'un s'occupe de ce client, et le serveur retourne aussitôt à accept(). Par exemple : fork() ; le fils dialogue,
 * ferme et finit par exit() ; le père ferme sa copie. fork() peut échouer.
 */
static void confier(int socketDialogue)
{
    dialoguer(socketDialogue);
}

int main(void)
{
    /* Étape 5 : qui attend les fils terminés ? Sans cela, chacun reste zombie. */

    int socketEcoute = ouvrirSocketEcoute();
    if (socketEcoute == -1) {
        fprintf(stderr, "serveur_tcp_multi : à compléter\n");
        return EXIT_FAILURE;
    }

    /* Étape 4 : sans fin, accept() puis confier(). Un accept() interrompu par un signal (EINTR) n'est pas une erreur. */
    confier(-1);
    close(socketEcoute);
    return EXIT_FAILURE;
}
